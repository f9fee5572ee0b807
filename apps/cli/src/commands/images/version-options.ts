import { requiredText } from '../../grammar/option.ts'

/** Names a version of an image. */
export const versionOptions = {
  imageId: requiredText('Number or name of the image.', { placeholder: 'IMAGE', completion: 'image' }),
  versionId: requiredText('Number of the version, or its name such as 0.0.2.', { placeholder: 'VERSION' }),
}
