/**
 * Who has something to send in this turn of the event loop: all of it goes out together, at the end of the turn. Whoever
 * receives it is then woken once and stays awake, which costs far less than being woken for each piece.
 *
 * Always true: what is added sends once, in the same turn and after all reading; it may send sooner by itself.
 */
export interface Sender {
  /** Sends what is pending, if anything. */
  sendNow(): void
}

export class Outbox {
  #senders: Sender[] = []

  add(sender: Sender): void {
    if (this.#senders.length === 0) setImmediate(this.#send)
    this.#senders.push(sender)
  }

  readonly #send = (): void => {
    const senders = this.#senders
    this.#senders = []
    for (const sender of senders) sender.sendNow()
  }
}
