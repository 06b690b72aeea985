import { Controller, Get, HttpStatus, Param, Req, Res } from '@nestjs/common';
import { WebhooksRequestError } from '../../core/request-error.js';
import type { PageRequest } from './page-base.js';
import { PageFiles } from './page-files.js';
import { fileHeaders } from './page-headers.js';
import { respond } from './respond.js';

/** The page's scripts and styles: the same for everybody, as published in the package. */
@Controller()
export class AssetsController {
  constructor(private readonly files: PageFiles) {}

  @Get(':file')
  file(@Param('file') name: string, @Req() { headers: asked }: PageRequest, @Res() response: object): void {
    const file = this.files.find(name, String(asked['accept-encoding'] ?? ''));
    if (!file)
      throw new WebhooksRequestError(HttpStatus.NOT_FOUND, 'file_not_found', 'The page has no such file.');
    const headers = fileHeaders(file);
    if (asked['if-none-match'] === file.etag) respond(response, { status: HttpStatus.NOT_MODIFIED, headers });
    else respond(response, { status: HttpStatus.OK, headers, body: file.content });
  }
}
