import { type Static, Type } from 'typebox'
import { DateFilter, NumericId, ShortText, StringMap, Timestamp, filterOf } from './bounds.ts'
import { pageOf, pageQuery } from './page.ts'

export const EmailParams = Type.Object({ emailId: NumericId })
export const EmailTemplateParams = Type.Object({ templateName: ShortText })

const Recipients = Type.Array(ShortText, { maxItems: 100 })

/** Text fields; `recipients`, `cc`, `bcc` and `templateParameters` come as JSON. */
export const SendEmailFields = Type.Object({
  recipients: Recipients,
  cc: Type.Optional(Recipients),
  bcc: Type.Optional(Recipients),
  subject: Type.String({ minLength: 1, maxLength: 998 }),
  templateName: ShortText,
  templateParameters: Type.Optional(StringMap),
})
export type SendEmailFields = Static<typeof SendEmailFields>

export const EmailSent = Type.Object({ id: Type.Integer() })

export const ListEmailsQuery = Type.Object({
  ...pageQuery,
  dateFrom: Type.Optional(DateFilter),
  dateTo: Type.Optional(DateFilter),
  count: Type.Optional(Type.Integer({ minimum: -1, maximum: 1_000_000 })),
})
export type ListEmailsQuery = Static<typeof ListEmailsQuery>

const EmailSummary = Type.Object({
  id: Type.Integer(),
  subject: Type.String(),
  status: Type.String(),
  templateName: Type.String(),
  createdAt: Timestamp,
  createdBy: Type.String(),
})

export const EmailPage = pageOf({ emails: Type.Array(EmailSummary), emailCount: Type.Integer() })
export type EmailPage = Static<typeof EmailPage>

export const EmailDetails = Type.Object({
  ...EmailSummary.properties,
  deliveredAt: Type.Optional(Timestamp),
  recipients: Type.Object({
    to: Type.Array(Type.String()),
    cc: Type.Array(Type.String()),
    bcc: Type.Array(Type.String()),
  }),
  statusDetails: Type.Array(Type.Object({ email: Type.String(), status: Type.String(), description: Type.String() })),
})
export type EmailDetails = Static<typeof EmailDetails>

export const templateScopes = ['global', 'custom'] as const

export const ListEmailTemplatesQuery = Type.Object({
  ...pageQuery,
  searchTerm: Type.Optional(Type.String({ maxLength: 256 })),
  scope: Type.Optional(filterOf(templateScopes)),
})
export type ListEmailTemplatesQuery = Static<typeof ListEmailTemplatesQuery>

const EmailTemplate = Type.Object({
  id: Type.Integer(),
  name: Type.String(),
  scope: Type.Enum(templateScopes),
  createdAt: Timestamp,
  createdBy: Type.String(),
})

export const EmailTemplatePage = pageOf({ templates: Type.Array(EmailTemplate), templateCount: Type.Integer() })
export type EmailTemplatePage = Static<typeof EmailTemplatePage>

export const EmailTemplateDetails = Type.Object({
  ...EmailTemplate.properties,
  subject: Type.String(),
  body: Type.String(),
})
export type EmailTemplateDetails = Static<typeof EmailTemplateDetails>
