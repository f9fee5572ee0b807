import { escapeHtml } from '../escape-html.ts'
import { type Message, oneLine } from './compose-message.ts'

export interface InvitationFacts {
  readonly tenantName: string
  /** E-mail of who invites. */
  readonly invitedBy: string
  readonly link: string
  readonly expiresAt: Date
}

/** The mail with the link by which a user sets a password, also a new one. */
export function composeInvitation({ tenantName, invitedBy, link, expiresAt }: InvitationFacts): Message {
  const title = oneLine(`your access to ${tenantName}`)
  const until = `${expiresAt.toISOString().slice(0, 16).replace('T', ' ')} UTC`
  const why = oneLine(`${invitedBy} gives you access to ${tenantName} on Cairn.`)
  const how = `Open this link to set your password. It is good once, until ${until}:`
  const rest =
    'Whoever opens it first has the access, so pass it on to nobody. If you expect nothing of this, leave it.'
  return {
    title,
    subject: `[Cairn] ${title}`,
    text: `${why}\n\n${how}\n\n${link}\n\n${rest}\n`,
    html: `<!doctype html>
<html><body style="font-family:sans-serif">
<p>${escapeHtml(why)}</p>
<p>${escapeHtml(how)}</p>
<p><a href="${escapeHtml(link)}">Set your password</a></p>
<p style="color:#666">${escapeHtml(rest)}</p>
</body></html>
`,
  }
}
