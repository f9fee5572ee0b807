import { argument } from '../../grammar/option.ts'

/** Of commands about one user. */
export const userArgument = { user: argument('USER', 'E-mail or id of the user.') }
