import type { PageAnswer } from './page-entries.ts';

const SMALL_NUMBERS = [
  ...['one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine', 'ten', 'eleven', 'twelve'],
  ...['thirteen', 'fourteen', 'fifteen', 'sixteen', 'seventeen', 'eighteen', 'nineteen'],
];
const TENS = ['twenty', 'thirty', 'forty', 'fifty', 'sixty', 'seventy', 'eighty', 'ninety'];

/** The numbers from one to a hundred, in words. */
function countToHundred(): string {
  const digits = SMALL_NUMBERS.slice(0, 9);
  const fromTwenty = TENS.flatMap((tens) => [tens, ...digits.map((digit) => `${tens}-${digit}`)]);
  return [...SMALL_NUMBERS, ...fromTwenty, 'one hundred'].join(', ');
}

/** Answers that take a while: something to stream, to cancel in the middle, and to drain with. */
export const LONG_ANSWERS: readonly PageAnswer[] = [
  {
    question: 'Tell me the story of a request.',
    answer: [
      'A request arrives at the gate and asks to be served.',
      'The gate looks at the lifecycle, then at the slots, then at the memory of the machine, and gives its verdict before any work is done.',
      'If a slot is free, the request runs; if not, it takes its place in the queue; and if that is full too, it is turned away with a code that its host can act on.',
      'Once it runs, the prompt goes through the model piece by piece, and then the words come out singly, each handed to the caller as soon as it exists.',
      'Should the caller leave, the slot is given to whoever waits longest.',
      'In the end there is one outcome, never two and never none, and the ledger balances.',
    ].join(' '),
  },
  {
    question: 'Tell me the story of a model file.',
    answer: [
      'At first a model file is only a promise: a name, a size in bytes and a digest that somebody wrote down.',
      'The supervisor opens the file, checks that it is an ordinary one, and compares its length with what was promised.',
      'Then every byte is read and hashed, a stretch at a time, while the progress is reported and a clock stands ready to end it.',
      'When the two fingerprints differ by so much as a bit, the story ends here, and the runtime has not even seen the name.',
      'When they agree, the weights are loaded, a place for the conversation is prepared, and a single word is decoded as proof of life.',
      'Only after all this does anybody say that the model is ready.',
    ].join(' '),
  },
  {
    question: 'Tell me the story of a restart.',
    answer: [
      'One evening the runtime dies, as everything does that runs for long.',
      'Whatever was running fails with an honest reason, and whatever was waiting keeps its place or is told to go.',
      'The supervisor counts the accident, looks at how many there were lately, and decides whether another attempt is worth it.',
      'If so, it sleeps for a second, a bit longer if it happened before, and longer still if it happened twice.',
      'On waking it takes a fresh number, so that ghosts of the past cannot speak, and goes through the very same steps as on the first day.',
      'If not, it stays down, keeps the verdict for those who ask, and waits for a human hand.',
    ].join(' '),
  },
  {
    question: 'How does the supervisor stop?',
    answer: [
      'It closes the gate, so that newcomers hear at once that they come too late.',
      'Those who queue are told to leave, those who run get time to end their sentence, and a timer is set for the stubborn.',
      'When the time is up, the rest is aborted, and a runtime that does not obey is written off as such.',
      'At last the context and the weights are freed, the counts are put into the report, and the process may exit with nothing left open.',
    ].join(' '),
  },
  { question: 'Count to a hundred.', answer: `Gladly: ${countToHundred()}.` },
  { question: 'Tick until I stop you.', answer: 'Tick, tock,', refrain: ' tick, tock,' },
];
