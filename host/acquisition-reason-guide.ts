import { guide } from './reason-guide-entry.ts';

/** Reasons that speak of bringing a model here: its sources, the store, and the pins. */
export const ACQUISITION_REASON_GUIDE = {
  response_accepted: guide('The answer of the source fits what was asked.'),
  model_fits: guide('The model fits the memory of the machine.'),
  store_record_fits: guide('The file is the one that was verified before.'),
  pins_valid: guide('The file of pins is well-formed and in force.'),
  signature_verified: guide('The signature is of the configured key.'),

  source_address_refused: guide(
    'The host resolves to a private, loopback or otherwise special address.',
    'Check the name; for a mirror of your own, allow private addresses.',
  ),
  source_certificate_refused: guide(
    'The certificate of the source is expired, untrusted or for another name.',
    'Check the host; for a mirror of your own, pass its CA.',
  ),
  source_unreachable: guide('The source cannot be reached.', 'Check the network and the URL.'),
  source_busy: guide('The source answers that it cannot serve now.', 'Try again later.'),
  source_status_refused: guide(
    'The source does not give the file out.',
    'Check the URL, and whether it needs authorization.',
  ),
  source_first_byte_timeout: guide('The source did not answer in time.', 'Try again, or name a mirror.'),
  source_stalled: guide('The source stopped sending.', 'Try again: what has come is kept.'),
  redirect_malformed: guide(
    'The source redirects without one absolute https address.',
    'Name the final URL, or another mirror.',
  ),
  redirects_exceeded: guide('The source redirects more than three times.', 'Name a URL nearer to the file.'),
  response_malformed: guide('The answer of the source is no sound HTTP.', 'Name another mirror.'),
  response_encoded: guide('The source sends the file encoded.', 'Name a mirror that sends it as it is.'),
  response_size_mismatch: guide(
    'The source has a file of another size than the pinned one.',
    'Check the pin and the URL.',
  ),
  response_range_mismatch: guide(
    'The source sent another part of the file than was asked for.',
    'Name another mirror.',
  ),
  transfer_cut: guide('The connection ended before the file did.', 'Try again: what has come is kept.'),

  store_unavailable: guide(
    'The directory of the store cannot be used.',
    'Check that it exists or can be made, is a directory, and belongs to you.',
  ),
  store_full: guide('There is not enough free space for the model.', 'Make room, or move the store.'),
  store_write_failed: guide('The disk of the store failed to keep the file.', 'Check the disk.'),
  store_timeout: guide('The disk of the store stands still.', 'Check the disk.'),
  store_record_differs: guide(
    'The file is not as it was when it was verified.',
    'Nothing: it is verified again in full.',
  ),
  model_not_stored: guide('The store does not hold this model.', 'Pull it first.'),

  pins_missing: guide('There is no file of pins.', 'Make one with `llamero pin URL`.'),
  pins_malformed: guide('The file of pins is malformed.', 'Check it, or make it anew.'),
  pins_version: guide('The file of pins is of another format version.', 'Use the version that wrote it.'),
  pin_unknown: guide('No pin has this name.', 'Check the name, or pin the model first.'),
  pins_unsigned: guide('A key is configured, and the file of pins has no signature.', 'Sign it.'),
  signature_malformed: guide('The signature or the key cannot be read.', 'Use those that minisign makes.'),
  signature_mismatch: guide(
    'The signature is not of these bytes by the configured key.',
    'Do not use the file: fetch it again, or check the key.',
  ),
  pins_expired: guide('The file of pins is no longer in force.', 'Fetch the present one.'),
  pins_rolled_back: guide('The file of pins is older than one seen before.', 'Fetch the present one.'),
} as const;
