import { argument } from '../../grammar/option.ts'

/** Of commands about one domain of a service. */
export const domainArguments = {
  service: argument('SERVICE', 'Id or name of the service.', 'service'),
  domain: argument('DOMAIN', 'A host name such as forecast.example.com.'),
}
