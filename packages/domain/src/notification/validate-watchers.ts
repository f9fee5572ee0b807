import type { FieldError, Watcher } from '@cairn/contract'
import { workflowLimits } from '../execution/limits.ts'
import { checkText } from '../execution/validate-values.ts'
import { isMailAddress } from './mail-address.ts'

/** The rules of watchers that a schema cannot say: addresses that mail can be sent to, URLs that can be called. */
export function validateWatchers(watchers: readonly Watcher[]): FieldError[] {
  return watchers.flatMap((watcher, index) => {
    const field = `watchers.${index}`
    const { user, email, webhook } = watcher
    return [
      ...(user === undefined ? [] : checkAddress(`${field}.user`, user)),
      ...(email?.recipients.to ?? []).flatMap((address, place) =>
        checkAddress(`${field}.email.recipients.to.${place}`, address),
      ),
      ...(webhook === undefined ? [] : checkWebhook(`${field}.webhook`, webhook)),
    ]
  })
}

function checkAddress(field: string, address: string): FieldError[] {
  return isMailAddress(address) ? [] : [{ field, rule: 'must be one e-mail address, e.g. someone@example.com' }]
}

function checkWebhook(field: string, { url, payload }: NonNullable<Watcher['webhook']>): FieldError[] {
  const text = checkText(`${field}.payload`, payload, workflowLimits.payloadBytes)
  if (!/^https?:\/\//i.test(url))
    return [...text, { field: `${field}.url`, rule: 'must start with http:// or https://' }]
  const parsed = URL.parse(url)
  if (parsed === null) {
    return [...text, { field: `${field}.url`, rule: 'must be a complete address, e.g. https://example.com/path' }]
  }
  if (parsed.host.includes('{{') || /^https?:\/\/[^/?#]*\{\{/i.test(url)) {
    return [...text, { field: `${field}.url`, rule: 'must name its host; placeholders may stand behind it only' }]
  }
  if (`${parsed.username}${parsed.password}` === '') return text
  return [...text, { field: `${field}.url`, rule: 'must not hold a user name or password' }]
}
