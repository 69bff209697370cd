package hydrant;

import com.mparticle.sdk.MessageProcessor;
import com.mparticle.sdk.model.Message;
import com.mparticle.sdk.model.MessageSerializer;
import com.mparticle.sdk.model.eventprocessing.EventProcessingRequest;
import com.mparticle.sdk.model.registration.ModuleRegistrationRequest;
import com.mparticle.sdk.model.registration.ModuleRegistrationResponse;
import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Paths;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The Java SDK as a peer of the benches; see "Peers in other languages" in benches/README.md for what is said here.
 *
 * <p>Without an argument: one message on standard input, the response on standard output, which is a cold start. With
 * {@code converse}: commands on standard input, one line each, and an answer of one line to each.
 */
public final class Peer {

    private static final MessageSerializer SERIALIZER = new MessageSerializer();

    private Peer() {}

    public static void main(String[] arguments) throws IOException {
        if (arguments.length == 0) {
            answer();
        } else {
            converse();
        }
    }

    /** What a Lambda function on the SDK does: read, dispatch, write. */
    private static void answer() throws IOException {
        Message request = SERIALIZER.deserialize(System.in, Message.class);
        Message response = new Module().processMessage(request);
        SERIALIZER.serialize(System.out, response);
    }

    private static void converse() throws IOException {
        BufferedReader commands = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        PrintStream answers = new PrintStream(System.out, true, "UTF-8");
        Map<String, List<byte[]>> inputs = new HashMap<>();
        for (String command = commands.readLine(); command != null; command = commands.readLine()) {
            String[] words = command.split(" ", 2);
            switch (words[0]) {
                case "version":
                    answers.println("Java SDK 3.2.0, JDK " + System.getProperty("java.version"));
                    break;
                case "load":
                    inputs.put(words[1], lines(Files.readAllBytes(Paths.get(words[1]))));
                    answers.println(inputs.get(words[1]).size());
                    break;
                case "parse":
                    answers.println(events(inputs.get(words[1])));
                    break;
                case "normalize":
                    answers.println(SERIALIZER.serialize(SERIALIZER.deserialize(words[1], Message.class)));
                    break;
                default:
                    throw new IOException("unknown command " + words[0]);
            }
        }
    }

    /** What is timed: every message of the input, typed. */
    private static long events(List<byte[]> bodies) throws IOException {
        long events = 0;
        for (byte[] body : bodies) {
            Message message = SERIALIZER.deserialize(new ByteArrayInputStream(body), Message.class);
            List<?> list = ((EventProcessingRequest) message).getEvents();
            events += list == null ? 0 : list.size();
        }
        return events;
    }

    private static List<byte[]> lines(byte[] file) {
        List<byte[]> lines = new ArrayList<>();
        int start = 0;
        for (int at = 0; at < file.length; at++) {
            if (file[at] == '\n') {
                lines.add(java.util.Arrays.copyOfRange(file, start, at));
                start = at + 1;
            }
        }
        return lines;
    }

    static final class Module extends MessageProcessor {
        @Override
        public ModuleRegistrationResponse processRegistrationRequest(ModuleRegistrationRequest request) {
            return new ModuleRegistrationResponse("peer", "1.0");
        }
    }
}
