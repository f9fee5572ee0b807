/**
 * A folder cannot be packed as it is; the message names the path and the rule.
 *
 * @example
 * await zipFolder('app').catch((error) => console.error(error instanceof InvalidFolderError, error.message))
 */
export class InvalidFolderError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'InvalidFolderError'
  }
}

/**
 * The zip of a folder is larger than allowed. Nothing was sent.
 *
 * @example
 * await zipFolder('app').catch((error) => console.error(error instanceof FolderTooLargeError, error.message))
 */
export class FolderTooLargeError extends Error {
  /** What was allowed. */
  readonly maxBytes: number

  constructor(folder: string, maxBytes: number) {
    super(
      `the zip of ${folder} is larger than ${maxBytes} bytes: leave files out with a .dockerignore, or raise maxBytes if the server takes more`,
    )
    this.name = 'FolderTooLargeError'
    this.maxBytes = maxBytes
  }
}
