/** The end of this turn of the event loop, without the 4 ms that nested timers are held to. */
export function turnEnds(): Promise<void> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });
}
