import { Controller, Get } from '@nestjs/common';

/** The list of routes, for people who open the API's address in a browser. */
@Controller()
export class IndexController {
  @Get()
  index() {
    return {
      about: 'A small SMS backend that sends webhooks',
      authorization: 'Authorization: Bearer <key of an account>, or x-api-key: <key>',
      routes: {
        'POST /messages/sms': 'send a message: to, message, from?, callbackUrl?, externalId?, tags?, sim?',
        'GET /messages': 'messages, newest first',
        'GET /messages/:id': 'one message',
        'POST /webhooks': 'register a URL: url, events',
        'GET /webhooks': 'registered URLs',
        'GET /webhooks/deliveries': 'the delivery log',
        'GET /webhooks/event-types': 'the events, with examples',
        'POST /webhooks-page': 'a link that signs you in to the webhooks page',
        'POST /v1/webhooks': 'register as with httpSMS; without the prefix /api/v1',
        'POST /v3/webhooks': 'register as with Mobile Text Alerts; without the prefix /api/v1',
        'POST /carrier/reports': 'report a status as the carrier: messageId, status',
        'POST /carrier/inbound': 'send an inbound message: from, to, message',
      },
    };
  }
}
