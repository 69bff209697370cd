// AWS CDK: the function, its alias, the permissions of the platform and a queue for dead letters.
//   cargo lambda build --profile lambda --arm64 --package hydrant-lambda-forward --output-format zip
import { CfnOutput, Duration, Stack, StackProps } from "aws-cdk-lib";
import * as iam from "aws-cdk-lib/aws-iam";
import * as lambda from "aws-cdk-lib/aws-lambda";
import * as sqs from "aws-cdk-lib/aws-sqs";
import { Construct } from "constructs";

export interface HydrantForwardProps extends StackProps {
  /** The delivery stream, whose source is Direct PUT. */
  readonly deliveryStream: string;
  /** The package of the function. */
  readonly zip?: string;
  /** The greatest number of concurrent executions; `hydrant plan` computes it; the quota of the account must be 100 more. */
  readonly reservedConcurrency?: number;
}

export class HydrantForward extends Stack {
  constructor(scope: Construct, id: string, props: HydrantForwardProps) {
    super(scope, id, props);
    const letters = new sqs.Queue(this, "DeadLetters", {
      retentionPeriod: Duration.days(14),
      encryption: sqs.QueueEncryption.SQS_MANAGED,
    });
    const fn = new lambda.Function(this, "Function", {
      runtime: lambda.Runtime.PROVIDED_AL2023,
      architecture: lambda.Architecture.ARM_64,
      handler: "bootstrap",
      code: lambda.Code.fromAsset(props.zip ?? "target/lambda/hydrant-lambda-forward/bootstrap.zip"),
      memorySize: 1024,
      timeout: Duration.seconds(10),
      reservedConcurrentExecutions: props.reservedConcurrency ?? 100,
      environment: {
        HYDRANT_CONNECTION: "kinesis",
        HYDRANT_DELIVERY_STREAM_NAME: props.deliveryStream,
        HYDRANT_AWS_REGION_ENDPOINT: this.region,
        HYDRANT_DEAD_LETTER_QUEUE_URL: letters.queueUrl,
        HYDRANT_REQUEST_TIMEOUT: "3s",
      },
    });
    // `hydrant aws-policy` prints it for a configuration.
    fn.addToRolePolicy(
      new iam.PolicyStatement({
        actions: ["firehose:PutRecord", "firehose:DescribeDeliveryStream"],
        resources: [
          this.formatArn({ service: "firehose", resource: "deliverystream", resourceName: props.deliveryStream }),
        ],
      }),
    );
    fn.addToRolePolicy(
      new iam.PolicyStatement({
        actions: ["sqs:SendMessage", "sqs:GetQueueAttributes"],
        resources: [letters.queueArn],
      }),
    );
    const alias = new lambda.Alias(this, "Alias", { aliasName: "production", version: fn.currentVersion });
    // The two accounts of the platform may invoke the alias (lambda-and-http.md, section 3).
    for (const account of ["338661164609", "457804467337"]) {
      alias.addPermission(`mParticle${account}`, {
        principal: new iam.AccountPrincipal(account),
        action: "lambda:InvokeFunction",
      });
    }
    new CfnOutput(this, "AliasArn", { value: alias.functionArn });
  }
}
