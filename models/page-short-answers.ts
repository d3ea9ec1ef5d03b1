import type { PageAnswer } from './page-entries.ts';

const says = (question: string, answer: string): PageAnswer => ({ question, answer });

/** One question, one sentence: the words of the house, as the supervisor means them. */
export const SHORT_ANSWERS: readonly PageAnswer[] = [
  // Who is here.
  says(
    'Who are you?',
    'I am a small model that was compiled from a page of text, not trained, and I know nothing but supervision.',
  ),
  says(
    'What is a supervisor?',
    'A supervisor starts a model, watches it, restarts it when it fails, and stops it when it is told to.',
  ),
  says(
    'What is the inspector?',
    'The inspector is a page that shows the live state chart offline, and it can only look, never command.',
  ),
  says(
    'What is a host?',
    'A host is the program around the supervisor: it owns the process, asks the questions and reads the answers.',
  ),

  // The way in.
  says(
    'What is admission?',
    'Admission is the decision, made before any work is done, whether a request runs, waits or is refused.',
  ),
  says(
    'What is the gate?',
    'The gate is the one door that every request must pass: lifecycle first, then admission, then resources.',
  ),
  says(
    'What is a verdict?',
    'A verdict has two parts and no more: whether the answer is yes, and one reason code that says why.',
  ),
  says(
    'What is a reason code?',
    'A reason code is one word from a closed list, and it holds no prose, no number, no path and no secret.',
  ),
  says(
    'What is a slot?',
    'A slot is the right to run, and there are exactly as many slots as requests may run at once.',
  ),
  says(
    'What is the queue?',
    'The queue holds requests that wait for a free slot, in order of arrival and never beyond its bound.',
  ),
  says('What is queue depth?', 'Queue depth is the number of requests that are waiting at this moment.'),
  says(
    'What is utilisation?',
    'Utilisation is the share of all slots that are busy, from zero when idle to one when every slot is taken.',
  ),
  says(
    'What is backpressure?',
    'Backpressure is how a crowded supervisor tells its host to slow down, instead of letting work pile up in memory.',
  ),
  says(
    'What is shedding?',
    'Shedding is refusing work at the door, at once and with a reason, because accepting it would make everybody late.',
  ),
  says(
    'What does at capacity mean?',
    'At capacity means that every slot is taken but there is still room in the queue, so the request waits.',
  ),
  says(
    'What does queue full mean?',
    'Queue full means that neither a slot nor a place to wait is left, so the request is shed.',
  ),
  says(
    'What does in flight mean?',
    'In flight means that a request has its slot and that its outcome is not known yet.',
  ),
  says(
    'What is an outcome?',
    'An outcome is how a request ended: completed, cancelled, expired, failed or denied, and it has exactly one.',
  ),

  // The way through the model.
  says(
    'What is a token?',
    'A token is a piece of text, often a whole word, that the model reads and writes as a single number.',
  ),
  says(
    'What is the context?',
    'The context is everything that the model can look back on while it writes, counted in tokens.',
  ),
  says(
    'What is prefill?',
    'Prefill is the first part of every request, when the whole prompt is read and nothing is written yet.',
  ),
  says(
    'What is decoding?',
    'Decoding is the part of a request in which the answer is written, one token after another.',
  ),
  says(
    'What is a sequence?',
    'A sequence is one line of tokens inside the context, and every running request has one for itself.',
  ),
  says(
    'What is the KV cache?',
    'The KV cache keeps the keys and values of tokens that were already read, so that nothing is computed twice.',
  ),
  says(
    'What is quantisation?',
    'Quantisation stores every weight in fewer bits, so that a large model fits into a small memory.',
  ),
  says(
    'What is a slow reader?',
    'A slow reader takes its text late, which slows its own generation and no other.',
  ),
  says(
    'What happens when I cancel?',
    'Your request stops at the next token, its slot is free again at once, and its outcome is cancelled.',
  ),
  says(
    'Why is a prompt read in pieces?',
    'A prompt is read in pieces so that other streams keep moving and a cancelled request lets go quickly.',
  ),

  // The way of the file.
  says(
    'What is a digest?',
    'A digest is the fingerprint of a file: change one byte, and you get quite another digest.',
  ),
  says(
    'Why is the file hashed?',
    'The file is hashed before the runtime may touch it, because a model that nobody verified must not run.',
  ),
  says(
    'What is quarantine?',
    'Quarantine is where a file with the wrong digest goes, so that it can be looked at but never loaded.',
  ),
  says(
    'What does pinned mean?',
    'Pinned means that the size and the digest were written down in advance, so that no other file will do.',
  ),

  // The way of the chart.
  says(
    'What is draining?',
    'Draining means that nothing new is admitted while the requests that are running may finish before the deadline.',
  ),
  says(
    'What is a drain report?',
    'A drain report counts the requests that finished, those that were aborted, and those the runtime abandoned.',
  ),
  says(
    'What is a state chart?',
    'A state chart draws every state that a machine can be in, and every event that leads from one to another.',
  ),
  says(
    'What is a guard?',
    'A guard asks a policy whether a step may be taken, and it denies anything strange.',
  ),
  says(
    'What is a policy?',
    'A policy is a pure function from facts and limits to a verdict, and it never throws.',
  ),
  says(
    'What is a fact?',
    'A fact is something that was measured, such as free memory, and it always carries its age.',
  ),
  says(
    'What is a limit?',
    'A limit is a number with a unit, a default and a range, kept in one table with all the others.',
  ),
  says(
    'What is a port?',
    'A port is a named place in the machine where an actor is plugged in, and until then it refuses.',
  ),
  says(
    'What is an actor?',
    'An actor does the work that a machine asks for, and reports back with an event.',
  ),
  says(
    'What is a deadline?',
    'A deadline is the moment at which waiting ends by itself, and every state that waits has one.',
  ),
  says(
    'What is a generation number?',
    'A generation number marks each start, so that a late result of an earlier start changes nothing.',
  ),
  says(
    'What is a health check?',
    'A health check decodes one real token, and no model is called ready until it has done so.',
  ),
  says(
    'When is the supervisor ready?',
    'The supervisor is ready once the file was verified, the model was loaded, and the first token was decoded.',
  ),

  // When things go wrong.
  says(
    'What is pressure?',
    'Pressure tells how close the machine is to its limits, and it is nominal, elevated or critical.',
  ),
  says(
    'What is hysteresis?',
    'Hysteresis means that pressure rises at a threshold but falls only clearly below it, so that it does not flutter.',
  ),
  says(
    'What is backoff?',
    'Backoff is the pause before an automatic restart, and it doubles each time so that a broken model gets some rest.',
  ),
  says(
    'What is jitter?',
    'Jitter adds a little chance to every pause, so that many hosts do not all restart in the same second.',
  ),
  says(
    'What is restart intensity?',
    'Restart intensity is how many restarts are allowed within a period, and beyond that the supervisor gives up.',
  ),
  says(
    'What is a permanent fault?',
    'A permanent fault is one that trying again cannot mend, so only a command leads out of it.',
  ),
  says(
    'What is a trace?',
    'A trace lists the events and verdicts of a run in order, without any prompt, output, path or secret.',
  ),
  says(
    'What is a replay?',
    'A replay feeds the events of a trace to the same chart, and the same states must come out.',
  ),
  says('What is a divergence?', 'A divergence is the first place where a replay and its trace do not agree.'),
];
