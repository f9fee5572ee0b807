/** A folder cannot be packed as it is; the message names the path and the rule. */
export class InvalidFolderError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'InvalidFolderError'
  }
}

/** The zip of a folder is larger than allowed. Nothing was sent. */
export class FolderTooLargeError extends Error {
  readonly maxBytes: number

  constructor(folder: string, maxBytes: number) {
    super(
      `the zip of ${folder} is larger than ${maxBytes} bytes: leave files out with a .dockerignore, or raise maxBytes if the server takes more`,
    )
    this.name = 'FolderTooLargeError'
    this.maxBytes = maxBytes
  }
}
