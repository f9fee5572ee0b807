export { describeWorkQueue, type WorkQueueUnderTest } from './work-queue.ts'
export { describeObjectStore, type ObjectStoreUnderTest } from './object-store.ts'
