import { captureMigration } from 'nestjs-sms-webhooks';
import { Message } from '../message.entity.js';

export class CaptureStatus1767225600000 extends captureMigration(Message, { column: 'status' }) {}
