package hydrant;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestStreamHandler;
import com.mparticle.sdk.model.Message;
import com.mparticle.sdk.model.MessageSerializer;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/** The Java SDK as a Lambda function on the raw body, which {@code cold_start} starts. */
public final class Function implements RequestStreamHandler {

    private final MessageSerializer serializer = new MessageSerializer();
    private final Peer.Module module = new Peer.Module();

    @Override
    public void handleRequest(InputStream input, OutputStream output, Context context) throws IOException {
        Message request = serializer.deserialize(input, Message.class);
        serializer.serialize(output, module.processMessage(request));
    }
}
