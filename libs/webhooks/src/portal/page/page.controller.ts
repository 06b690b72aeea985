import { Controller, Get, HttpStatus, Inject, Req, Res } from '@nestjs/common';
import type { PortalOptions } from '../../config/portal-options.js';
import { PORTAL } from '../portal.js';
import { baseOf, escapeHtml, type PageRequest } from './page-base.js';
import { PageFiles } from './page-files.js';
import { pageHeaders } from './page-headers.js';
import { respond } from './respond.js';

/** Serves the page, which contains no data of any tenant. The page gets the data from its API. */
@Controller()
export class PageController {
  constructor(
    private readonly files: PageFiles,
    @Inject(PORTAL) private readonly portal: PortalOptions,
  ) {}

  @Get()
  page(@Req() request: PageRequest, @Res() response: object): void {
    const base = escapeHtml(baseOf(request, this.portal.publicUrl));
    const body = this.files.html.replaceAll('%BASE%', () => base);
    respond(response, { status: HttpStatus.OK, headers: pageHeaders(this.portal), body });
  }
}
