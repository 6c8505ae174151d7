// What a failed statement means for whoever runs it.
import postgres from 'postgres'

/**
 * transient: the same work may succeed when done again (lock time-out, deadlock, serialisation, lost or refused connection, full disk);
 * data: a value in it cannot be stored (SQLSTATE classes 22 and 23), doing it again cannot help; other: our bug.
 */
export type FailureKind = 'transient' | 'data' | 'other'

const transientStates = new Set(['40001', '40P01', '55P03', '57014', '57P01', '57P02', '57P03', '53300', '53200', '53100', '25P03'])
const lostConnection = new Set([
  'CONNECTION_CLOSED', 'CONNECTION_ENDED', 'CONNECTION_DESTROYED', 'CONNECT_TIMEOUT', 'CONNECTION_CONNECT_TIMEOUT',
  'ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ENOENT', 'ETIMEDOUT', 'EAI_AGAIN', 'ENOTFOUND', 'EHOSTUNREACH'
])

/** Says what kind of failure an error from the database is. */
export function failureKind (error: unknown): FailureKind {
  const code = (error as { code?: unknown } | null)?.code
  if (typeof code !== 'string') return 'other'
  if (lostConnection.has(code)) return 'transient'
  if (!(error instanceof postgres.PostgresError)) return 'other'
  if (transientStates.has(code) || code.startsWith('08')) return 'transient'
  return code.startsWith('22') || code.startsWith('23') ? 'data' : 'other'
}

/** Whether a value is at fault that PostgreSQL cannot hold at all: a text with U+0000, a time before the year 1 or far ahead. */
export function isUnstorable (error: unknown): boolean {
  return error instanceof postgres.PostgresError && unstorableStates.has(error.code)
}

// character_not_in_repertoire, untranslatable_character; invalid_datetime_format, datetime_field_overflow, and what a year of
// five digits is taken for: invalid_time_zone_displacement_value.
const unstorableStates = new Set(['22021', '22P05', '22007', '22008', '22009'])

/** Whether the connection is gone, and not just a statement of it. */
export function isLostConnection (error: unknown): boolean {
  return lostConnection.has((error as { code?: string } | null)?.code ?? '')
}

/** "The current transaction is aborted": the statement before it tells why. */
export function isAftermath (error: unknown): boolean {
  return (error as { code?: unknown } | null)?.code === '25P02'
}

/** The name of the constraint or unique index that refused, if one did. */
export function violatedConstraint (error: unknown): string | undefined {
  return error instanceof postgres.PostgresError && error.code.startsWith('23') ? error.constraint_name : undefined
}
