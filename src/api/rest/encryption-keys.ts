import type { App } from '../app-types.ts'

/** encryption-keys. */
export function encryptionKeyRoutes (app: App): void {}
