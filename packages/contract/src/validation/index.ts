export { validate } from './validate.ts'
export { maxFieldErrors } from './explain.ts'
export * from './read-request.ts'
