import { guide } from './reason-guide-entry.ts';

/** Reasons that speak of the model: its bytes, where they come from, and the file that holds them. */
export const MODEL_REASON_GUIDE = {
  integrity_spec_missing: guide('The digest or the size is missing.', 'Pin both sha256 and sizeBytes.'),
  integrity_spec_malformed: guide(
    'The digest or the size is malformed.',
    'Pass 64 lower-case hex digits and an integer from 1.',
  ),
  integrity_spec_ambiguous: guide(
    'The pin names more than one digest or size.',
    'Keep sha256 and sizeBytes alone.',
  ),
  integrity_closed: guide('The verification has already ended.', 'Begin a new one.'),
  chunk_malformed: guide('A chunk is no byte array.', 'Pass Uint8Array chunks.'),
  size_exceeded: guide('The file is larger than the pinned size.', 'Check the pin, or fetch the file again.'),
  size_short: guide('The file is smaller than the pinned size.', 'It may be cut off: fetch it again.'),
  digest_mismatch: guide(
    'The bytes are not those that were pinned.',
    'Do not use the file: fetch it again, or check the pin.',
  ),

  allowlist_empty: guide('No source is allowed.', 'Name the hosts that may serve models.'),
  allowlist_malformed: guide(
    'The allowlist has a malformed entry.',
    'Use host names, or { host, path }; for names, addresses and ports of your own network, allow private addresses.',
  ),
  source_not_string: guide('The URL is no string.', 'Pass a string.'),
  source_too_long: guide('The URL is too long.', 'Check it.'),
  source_charset: guide(
    'The URL holds a character outside printable ASCII, or a backslash.',
    'Write it in canonical form.',
  ),
  source_unparsable: guide('The URL cannot be parsed.', 'Check it.'),
  source_scheme: guide('The URL is not https.', 'Use https.'),
  source_userinfo: guide('The URL carries credentials.', 'Take them out.'),
  source_not_canonical: guide('The URL is not in canonical form.', 'Write it as a browser would show it.'),
  source_port: guide(
    'The URL names a port.',
    'Use the default port; for a mirror of your own, allow private addresses.',
  ),
  source_query: guide('The URL has a query.', 'Take it out.'),
  source_fragment: guide('The URL has a fragment.', 'Take it out.'),
  source_host_form: guide(
    'The host is an address, punycode or no plain host name.',
    'Use a plain host name; for a mirror of your own, allow private addresses.',
  ),
  source_host_not_allowed: guide('The host is not on the allowlist.', 'Add it if you trust it.'),
  source_path_charset: guide('The path holds a character that is not allowed.', 'Check it.'),
  source_path_scope: guide('The path is outside what the allowlist allows.', 'Check the path, or the entry.'),
  source_revision_not_pinned: guide(
    'The URL names a branch or a short commit.',
    'Name the full 40-digit commit.',
  ),
  source_revision_other: guide('The URL names another commit than the allowlist.', 'Check which is meant.'),

  model_file_missing: guide('There is no file at the path of the model.', 'Check model.path.'),
  model_file_not_regular: guide(
    'The path of the model is a directory or no regular file.',
    'Check model.path.',
  ),
  model_file_unreadable: guide('The model file cannot be read.', 'Check its permissions and the disk.'),
  model_file_empty: guide('The model file is empty.', 'Fetch it again.'),
  model_file_changed: guide(
    'The model file changed while it was verified.',
    'Keep other writers away from it.',
  ),
  model_not_gguf: guide('The file is not a GGUF model.', 'Check which file was pinned.'),
  model_gguf_version: guide(
    'The file is of a GGUF version that is not supported (2 and 3 are).',
    'Convert the model.',
  ),
  gguf_split: guide(
    'The file is one part of a split model, and its pin proves no other part.',
    'Merge the parts into one file and pin that.',
  ),
  gguf_truncated: guide(
    'The header of the model file says that it is longer than the file.',
    'Fetch or convert the model again.',
  ),
  gguf_header_exceeded: guide(
    'The header of the model file is above 64 MiB.',
    'Check where the file comes from.',
  ),
  gguf_counts_exceeded: guide(
    'The header counts more keys (4096), tensors (65536) or entries of an array (2097152) than are read.',
    'Check where the file comes from.',
  ),
  gguf_string_exceeded: guide(
    'A text in the header is above 1 MiB, or a chat template above 256 KiB.',
    'Check where the file comes from.',
  ),
  gguf_array_malformed: guide('The header holds an array of arrays.', 'Check where the file comes from.'),
  gguf_type_unknown: guide(
    'The header names a type of value or of tensor that is not known.',
    'Update Llamero, or convert the model.',
  ),
  gguf_key_malformed: guide(
    'A key in the header is empty, above 256 bytes, or holds other characters than a key may.',
    'Check where the file comes from.',
  ),
  gguf_key_duplicate: guide('A key comes twice in the header.', 'Check where the file comes from.'),
  gguf_alignment_malformed: guide(
    'The alignment of the model file is no power of two from 8 to 1 MiB.',
    'Convert the model again.',
  ),
  gguf_metadata_missing: guide(
    'The header lacks what a language model must tell: its architecture, layers, context, width, heads or vocabulary.',
    'Check that the file is a whole language model and no adapter, projector or vocabulary.',
  ),
  gguf_metadata_malformed: guide(
    'The header tells a size, a count or a setting that has the wrong type or is out of range.',
    'Convert the model again.',
  ),
  gguf_vocabulary_malformed: guide(
    'The vocabulary would end the process: tokens that repeat, bytes that no token spells, or scores and types that do not fit it.',
    'Convert the model again.',
  ),
  gguf_tensor_malformed: guide(
    'A tensor has a name, a shape or a place that it cannot have, or there is none.',
    'Convert the model again.',
  ),
  gguf_tensor_out_of_bounds: guide(
    'A tensor reaches beyond the end of the model file.',
    'Fetch or convert the model again.',
  ),
  model_too_large: guide(
    'The model and its context need more memory than the machine may use.',
    'Take a smaller model or a shorter context, or override the check.',
  ),
  acquire_timeout: guide(
    'The verification of the file stood still or took too long.',
    'Check the disk, or raise acquireMsMax.',
  ),
} as const;
