import type {
  EmailDetails,
  EmailPage,
  EmailTemplateDetails,
  EmailTemplatePage,
  ListEmailTemplatesQuery,
  ListEmailsQuery,
  SendEmailFields,
} from '@cairn/contract'
import { type List, listOf } from '../list.ts'
import type { CallOptions, UploadOptions } from '../transport/call-options.ts'
import type { Transport } from '../transport/transport.ts'

/**
 * A file that goes with an e-mail.
 *
 * @example
 * const mail = { recipients: ['a@b.c'], subject: 'Forecast', templateName: 'report' }
 * await client.emails.sendEmail(mail, [{ fileName: 'forecast.csv', content: bytes, contentType: 'text/csv' }])
 */
export interface Attachment {
  /** As the reader sees it. */
  readonly fileName: string
  /** Its bytes. */
  readonly content: Blob | Uint8Array<ArrayBuffer>
  /** Default `application/octet-stream`. */
  readonly contentType?: string
}

/** E-mails to users of the tenant. Got from `createClient().emails`. */
export class Emails {
  readonly #transport: Transport

  constructor(transport: Transport) {
    this.#transport = transport
  }

  /**
   * Sends an e-mail from a template, with at most 3 attachments.
   *
   * @example
   * await client.emails.sendEmail({ recipients: ['a@b.c'], subject: 'Forecast', templateName: 'report' })
   */
  sendEmail(
    fields: SendEmailFields,
    attachments: readonly Attachment[] = [],
    options?: UploadOptions,
  ): Promise<{ id: number }> {
    const files = attachments.map(({ fileName, content, contentType = 'application/octet-stream' }) => ({
      partName: 'attachments',
      fileName,
      contentType,
      source: content,
    }))
    return this.#transport.call('sendEmail', { body: fields, files }, options)
  }

  /**
   * Lists e-mails.
   *
   * @example
   * const latest = await client.emails.listEmails({ count: 10 }).all()
   */
  listEmails(query: ListEmailsQuery = {}, options?: CallOptions): List<EmailPage['emails'][number], EmailPage> {
    return listOf(
      query.pageNumber ?? 1,
      (pageNumber) => this.#transport.call('listEmails', { query: { ...query, pageNumber } }, options),
      ({ emails }) => emails,
    )
  }

  /**
   * Describes an e-mail and what became of it.
   *
   * @example
   * const { statusDetails } = await client.emails.describeEmail(id)
   */
  describeEmail(emailId: number, options?: CallOptions): Promise<EmailDetails> {
    return this.#transport.call('describeEmail', { params: { emailId } }, options)
  }

  /**
   * Lists e-mail templates.
   *
   * @example
   * const own = await client.emails.listTemplates({ scope: ['custom'] }).all()
   */
  listTemplates(
    query: ListEmailTemplatesQuery = {},
    options?: CallOptions,
  ): List<EmailTemplatePage['templates'][number], EmailTemplatePage> {
    return listOf(
      query.pageNumber ?? 1,
      (pageNumber) => this.#transport.call('listTemplates', { query: { ...query, pageNumber } }, options),
      ({ templates }) => templates,
    )
  }

  /**
   * Describes an e-mail template.
   *
   * @example
   * const { subject, body } = await client.emails.describeTemplate('report')
   */
  describeTemplate(templateName: string, options?: CallOptions): Promise<EmailTemplateDetails> {
    return this.#transport.call('describeTemplate', { params: { templateName } }, options)
  }
}
