export { FolderTooLargeError, InvalidFolderError } from './folder-errors.ts'
export { ZippedFolder, type ZipFolderOptions, zipFolder } from './zip-folder.ts'
