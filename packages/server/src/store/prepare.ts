import type { Compilable, CompiledQuery, QueryResult } from 'kysely';
import type { Database, DatabaseTransaction } from './schema.ts';

/** Shapes of one query that are kept: an update of any columns may have as many as there are sets of them. */
const mostShapes = 64;

/**
 * A query that Kysely puts together once for each set of names that its values have, for those of every create: putting
 * one together takes longer than running it.
 *
 * @param build Gets stand-ins for the values: it may place each of them anywhere, but not look at it.
 */
export function prepare<Values extends object, Row>(
  build: (db: Database | DatabaseTransaction, values: Values) => Compilable<Row>,
): (db: Database | DatabaseTransaction, values: Values) => Promise<QueryResult<Row>> {
  // Databases differ in how a query is written; one's transactions share its adapter.
  const known = new WeakMap<object, Map<string, CompiledQuery<Row>>>();
  return (db, values) => {
    const { adapter } = db.getExecutor();
    const shapes = known.get(adapter) ?? new Map<string, CompiledQuery<Row>>();
    known.set(adapter, shapes);
    const shape = Object.keys(values).join();
    let query = shapes.get(shape);
    if (!query) {
      if (shapes.size >= mostShapes) shapes.clear();
      query = build(db, standInsFor(values)).compile();
      shapes.set(shape, query);
    }
    const parameters = query.parameters.map((one) => (one instanceof StandIn ? one.valueIn(values) : one));
    return db.executeQuery({ ...query, parameters });
  };
}

class StandIn {
  readonly #name: string;

  constructor(name: string) {
    this.#name = name;
  }

  valueIn(values: object): unknown {
    return (values as Record<string, unknown>)[this.#name];
  }
}

function standInsFor<Values extends object>(values: Values): Values {
  return Object.fromEntries(Object.keys(values).map((name) => [name, new StandIn(name)])) as Values;
}
