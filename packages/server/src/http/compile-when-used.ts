import { createRequire } from 'node:module';
import type { BuildCompilerFromPool } from '@fastify/ajv-compiler';
import type { SerializerFactory } from '@fastify/fast-json-stringify-compiler';
import { once } from '../once.ts';

const load = createRequire(import.meta.url);

/**
 * Compiles a route's schemas when the route is used first, and loads what compiles them no earlier: a service is ready
 * sooner, and most of them never use most routes.
 */
export const compileWhenUsed: { buildValidator: BuildCompilerFromPool; buildSerializer: SerializerFactory } =
  {
    buildValidator(schemas, options) {
      const compiler = once(() => (load('@fastify/ajv-compiler') as () => BuildCompilerFromPool)());
      const compile = once(() => compiler()(schemas, options));
      return (route) => {
        const validate = once(() => compile()(route));
        const validateLater = (data: unknown): unknown => {
          const isValid = validate()(data);
          validateLater.errors = validate().errors;
          return isValid;
        };
        validateLater.errors = undefined as ReturnType<typeof validate>['errors'];
        return validateLater as ReturnType<typeof validate>;
      };
    },
    buildSerializer(schemas, options) {
      const compiler = once(() =>
        (load('@fastify/fast-json-stringify-compiler') as () => SerializerFactory)(),
      );
      const compile = once(() => compiler()(schemas, options));
      return (route) => {
        const serialize = once(() => compile()(route));
        return (data) => serialize()(data);
      };
    },
  };
