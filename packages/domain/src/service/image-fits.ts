import type { ImageType, ServiceType } from '@cairn/contract'

/** Images of type `workflow` may run anywhere. */
const imagesOf: Readonly<Record<ServiceType, readonly ImageType[]>> = {
  api: ['api', 'workflow'],
  'web-app': ['webapp', 'workflow'],
  shiny: ['webapp', 'workflow'],
}

/** Why a service of the type does not run images of the other, as a rule for the user; null = it does. */
export function imageMisfit(imageType: ImageType, serviceType: ServiceType): string | null {
  const fitting = imagesOf[serviceType]
  if (fitting.includes(imageType)) return null
  const types = fitting.map((type) => `"${type}"`).join(' or ')
  return `is of type "${imageType}", and services of type "${serviceType}" run images of type ${types}`
}
