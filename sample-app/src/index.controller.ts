import { Controller, Get } from '@nestjs/common';

/** What there is to call, for whoever opens the API's address in a browser. */
@Controller()
export class IndexController {
  @Get()
  index() {
    return {
      about: 'A small SMS backend that sends webhooks',
      authorization: 'Bearer <key of an account>',
      routes: {
        'POST /messages/sms': 'send a message: to, message, from?, callbackUrl?',
        'GET /messages': 'messages, newest first',
        'GET /messages/:id': 'one message',
        'POST /webhooks': 'register a URL: url, events',
        'GET /webhooks': 'what is registered',
        'GET /webhooks/deliveries': 'what was sent, and what became of it',
        'GET /webhooks/event-types': 'the events, with examples',
        'POST /carrier/reports': 'play the carrier: messageId, status',
        'POST /carrier/inbound': 'play somebody who writes: from, to, message',
      },
    };
  }
}
