import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { SMTPServer } from 'smtp-server'

export interface ReceivedMail {
  readonly from: string
  readonly to: readonly string[]
  /** The message as it came: header, empty line, body. */
  readonly raw: string
}

/** What the server says to a recipient; null = it takes the mail. */
type Verdict = { readonly code: number; readonly words: string } | null

/** A real SMTP server on the loopback interface. */
export class MailReceiver {
  readonly mails: ReceivedMail[] = []
  /** Connections so far. */
  connections = 0
  /** Asked for each recipient; a promise that never settles makes the server hang. */
  judge: (address: string) => Verdict | Promise<Verdict> = () => null
  readonly #server: SMTPServer

  private constructor(login: { readonly user: string; readonly password: string } | null) {
    this.#server = new SMTPServer({
      disabledCommands: login === null ? ['AUTH', 'STARTTLS'] : ['STARTTLS'],
      closeTimeout: 1,
      allowInsecureAuth: true,
      onConnect: (_session, callback) => {
        this.connections += 1
        callback()
      },
      onAuth: (auth, _session, callback) => {
        if (auth.username === login?.user && auth.password === login?.password) callback(null, { user: 'known' })
        else callback(new Error('wrong password'))
      },
      onRcptTo: ({ address }, _session, callback) => {
        const judge = async (): Promise<void> => {
          const verdict = await this.judge(address)
          callback(verdict === null ? null : Object.assign(new Error(verdict.words), { responseCode: verdict.code }))
        }
        void judge()
      },
      onData: (stream, { envelope }, callback) => {
        const keep = async (): Promise<void> => {
          const raw = await text(stream)
          const from = envelope.mailFrom === false ? '' : envelope.mailFrom.address
          this.mails.push({ from, to: envelope.rcptTo.map(({ address }) => address), raw })
          callback()
        }
        void keep()
      },
    })
    this.#server.on('error', () => undefined)
  }

  /** @param login what clients must log in with; null = nothing */
  static async open(login: { readonly user: string; readonly password: string } | null = null): Promise<MailReceiver> {
    const receiver = new MailReceiver(login)
    receiver.#server.listen(0, '127.0.0.1')
    await once(receiver.#server.server, 'listening')
    return receiver
  }

  /** E.g. `smtp://127.0.0.1:40123`. */
  get url(): string {
    const address = this.#server.server.address()
    if (address === null || typeof address === 'string') throw new Error('the mail receiver does not listen')
    return `smtp://127.0.0.1:${address.port}`
  }

  async close(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#server.close(() => resolve())
    await promise
  }
}
