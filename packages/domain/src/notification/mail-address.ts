// One plain address, nothing that a mail header could read as a list, a name, a route or another header.
const mailAddress = /^[^\s@<>()[\]\\,;:"\p{Cc}]{1,64}@(?!-)[\p{L}\p{N}.-]{1,253}$/u

/** Whether the text is one e-mail address and nothing else. */
export function isMailAddress(text: string): boolean {
  return mailAddress.test(text)
}
