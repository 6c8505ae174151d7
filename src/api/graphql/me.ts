import { read, type Resource } from './resource.ts'

/** Who the caller is. */
export const me: Resource = {
  queries: { me: read('getMe') }
}
