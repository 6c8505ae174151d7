import type { App } from '../app-types.ts'

/** The sandbox’s own levers: stock, balance, level and reset of the test world, by its resellers themselves. */
export function sandboxRoutes (_app: App): void {}
