import { z } from 'zod';
import { filePathSchema, integerSchema, wrongObject } from './option-schemas.ts';

/** `true` is an inspector with every default, `false` none. */
export const inspectorOptionsSchema = z.preprocess(
  (value) => (value === true ? {} : value === false ? undefined : value),
  z
    .strictObject(
      {
        port: integerSchema(0, 65_535).optional(),
        socketPath: filePathSchema.optional(),
        viewersMax: integerSchema(1, 16).optional(),
      },
      { error: wrongObject('must be true, false or { port, socketPath, viewersMax }') },
    )
    .refine(({ port, socketPath }) => port === undefined || socketPath === undefined, {
      path: ['socketPath'],
      message: 'must not stand beside inspector.port',
    })
    .optional(),
);
