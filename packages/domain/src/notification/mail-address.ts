// One plain address, nothing that a mail header could read as a list, a name, a route or another header.
const mailAddress = /^[^\s@<>()[\]\\,;:"\p{Cc}]{1,64}@(?!-)[\p{L}\p{N}.-]{1,253}$/u

/** Whether the text is one e-mail address and nothing else. */
export function isMailAddress(text: string): boolean {
  return mailAddress.test(text)
}

/**
 * Whether the operator lets mail go to the address.
 *
 * @param domains in lower case; empty = any
 */
export function isAllowedRecipient(address: string, domains: readonly string[]): boolean {
  return domains.length === 0 || domains.includes(domainOfAddress(address))
}

/** What is behind the last `@`, in lower case. */
export function domainOfAddress(address: string): string {
  return address.slice(address.lastIndexOf('@') + 1).toLowerCase()
}
