import { read, type Resource } from './resource.ts'

/** What a session came to. */
export const sessionReports: Resource = {
  queries: { sessionReport: read('getSessionReport') }
}
