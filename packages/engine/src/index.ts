export * from './execution/start-execution-engine.ts'
export * from './execution/execution-settings.ts'
