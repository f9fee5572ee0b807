export * from './docker-driver.ts'
export * from './discover-engine.ts'
export { parseEngineHost } from './engine-host.ts'
export * from './build/docker-image-builder.ts'
