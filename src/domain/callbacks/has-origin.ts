import type { Uuid } from '../../base/ids.ts'
import type { Reader } from '../../postgres/pool.ts'

/** Scheme, host and port of a URL in its one form, for SQL. */
export const originPattern = '^[a-z]+://[^/?#]+'

/** Whether a reseller has an endpoint on the scheme, host and port of this URL, written in its one form. */
export async function hasOrigin (read: Reader, resellerId: Uuid, url: string): Promise<boolean> {
  const endpoints = await read<{ url: string }[]>`select url from endpoints where reseller_id = ${resellerId} and deleted_at is null`
  const { origin } = new URL(url)
  return endpoints.some(endpoint => new URL(endpoint.url).origin === origin)
}
