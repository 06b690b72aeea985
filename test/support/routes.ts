import type { INestApplication } from '@nestjs/common';

/** Every route of an app on Express, as the router has it, such as `GET /webhooks/wh_:id`. */
export function expressRoutes(app: INestApplication): string[] {
  const { stack } = app.getHttpAdapter().getInstance().router as {
    stack: { route?: { path: string; methods: Record<string, boolean> } }[];
  };
  return stack.flatMap(({ route }) =>
    route ? Object.keys(route.methods).map((method) => `${method.toUpperCase()} ${route.path}`) : [],
  );
}
