/**
 * The class, which may also be called as the constructors of the old client were: `ApiClient.call(this)`, from
 * a constructor function or from a class compiled to ES5. Statics, `prototype` and `instanceof` are the class's.
 */
// biome-ignore lint/suspicious/noExplicitAny: any class
export function es5Callable<C extends new (...args: any[]) => object>(Class: C): C {
  const callable = new Proxy(Class, {
    apply(_, self: object, args) {
      Object.assign(self, new Class(...args));
    },
  });
  Class.prototype.constructor = callable;
  return callable;
}
