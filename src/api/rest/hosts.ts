import type { App } from '../app-types.ts'

export function hostRoutes (app: App): void {
  void app
}
