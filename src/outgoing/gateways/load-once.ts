/** Loads what is heavy when it is first asked for, once for all who ask; a loading that failed is tried again by the next. */
export function loadOnce<Value> (load: () => Promise<Value>): () => Promise<Value> {
  let loading: Promise<Value> | undefined
  return () => {
    if (loading === undefined) {
      loading = load()
      loading.catch(() => { loading = undefined })
    }
    return loading
  }
}
