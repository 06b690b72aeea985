const express = require('express');
const { DataSource } = require('typeorm');
const { webhooksEntities, webhooksMigrations } = require('nestjs-sms-webhooks/schema');
const { verifyWebhook } = require('nestjs-sms-webhooks-receiver');
const { run } = require('./host.cjs');

run({
  label: 'CommonJS',
  load: async () => require('nestjs-sms-webhooks/express'),
  express,
  DataSource,
  webhooksEntities,
  webhooksMigrations,
  verifyWebhook,
}).catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
