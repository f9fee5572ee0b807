export * from './execution/plan.ts'
export * from './execution/events.ts'
export * from './service/spec.ts'
