import express from 'express';
import { DataSource } from 'typeorm';
import { webhooksEntities, webhooksMigrations } from 'nestjs-sms-webhooks/schema';
import { verifyWebhook } from 'nestjs-sms-webhooks-receiver';
import { run } from './host.cjs';

await run({
  label: 'ES modules',
  load: () => import('nestjs-sms-webhooks/express'),
  express,
  DataSource,
  webhooksEntities,
  webhooksMigrations,
  verifyWebhook,
});
