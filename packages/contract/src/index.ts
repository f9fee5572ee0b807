export * from './route.ts'
export * from './errors.ts'
export * from './statuses.ts'
