export * from './port.ts'
export * from './driver-error.ts'
