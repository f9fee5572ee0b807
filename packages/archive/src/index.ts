export * from './inspect-zip.ts'
export * from './limits.ts'
export * from './zip-to-tar.ts'
export * from './read-zip-file.ts'
