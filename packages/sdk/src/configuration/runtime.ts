/**
 * A built-in module of Node, or undefined where there is none (browsers, workers).
 * No import statement names the module, so that bundlers for browsers have nothing to resolve.
 */
export function nodeModule<T>(name: string): T | undefined {
  const runtime = globalThis.process as
    | { versions?: { node?: string }; getBuiltinModule?: (id: string) => unknown }
    | undefined;
  if (!runtime?.versions?.node) return undefined;
  return runtime.getBuiltinModule?.(name) as T | undefined;
}
