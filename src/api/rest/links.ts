import type { App } from '../app-types.ts'

export function linkRoutes (app: App): void {
  void app
}
